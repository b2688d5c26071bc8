"""The proof of the suite: broken emulators are caught, lawful ones are not accused."""
