"""What happens when the program itself fails: a report, a line that says what is safe, and the window goes on."""
