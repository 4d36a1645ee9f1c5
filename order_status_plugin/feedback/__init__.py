"""What customers think of a delivery: a rating and, if they like, a few words."""
