"""Which cases teach what: the request, the right answer and the wrong ones."""
