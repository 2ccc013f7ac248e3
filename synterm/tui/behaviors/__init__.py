"""What the behavior tree says of its nodes."""
