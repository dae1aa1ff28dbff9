"""The Training panel: starts runs, shows what they do, and brings what they learnt back to the labels. No torch."""
