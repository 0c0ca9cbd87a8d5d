"""What is in a picture, and what it is worth to somebody who guesses."""
