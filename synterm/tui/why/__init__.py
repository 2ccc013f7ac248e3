"""All about one cell of the grid."""
