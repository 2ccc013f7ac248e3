"""What the screens about drafts show and do."""
