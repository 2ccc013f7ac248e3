"""What libraries tell of a text by itself: its meaning, its language, its mood. All here, nothing is sent anywhere."""
