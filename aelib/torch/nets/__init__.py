"""Networks that chapters and tests share; a model takes any other as well."""
