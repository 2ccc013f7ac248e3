"""The inbox of traffic on the screen: its rows, its texts and its edits."""
