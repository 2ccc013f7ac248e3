"""The result grid."""
