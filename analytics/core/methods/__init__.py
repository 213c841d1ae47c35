"""What an analysis can ask. Each module answers one kind of question: selected cases in, its part of the Result out."""
