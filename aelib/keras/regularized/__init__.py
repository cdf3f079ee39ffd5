"""The models that something other than a narrow code stops from copying."""
