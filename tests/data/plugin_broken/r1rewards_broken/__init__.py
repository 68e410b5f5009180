"""A plugin whose dependency is missing: it must be named, and break nothing."""

import a_module_that_does_not_exist  # noqa: F401
