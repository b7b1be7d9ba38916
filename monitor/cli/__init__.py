"""The commands: thin, one file a group; everything heavy is imported inside the command that needs it."""
