"""Training on this machine: a LoRA adapter for the embedded model, in a process of its own."""
