"""What happens to a model between its first and its last step."""
