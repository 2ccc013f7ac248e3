"""What the Fine-tune screen shows, and how it comes by it."""
