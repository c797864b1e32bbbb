"""What an operator does: set up, check, back up, restore, move."""
