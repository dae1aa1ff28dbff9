"""How the window looks: light or dark, and how large its texts are."""
