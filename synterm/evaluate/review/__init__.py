"""What people say about answers: which they are asked about, and what follows for the checks."""
