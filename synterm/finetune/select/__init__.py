"""What goes into a training set: which cases, with which right and wrong answers, asked how, and how many."""
