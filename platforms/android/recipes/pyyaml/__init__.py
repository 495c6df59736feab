"""PyYAML without its C part: the tablet reads one file of a few hundred lines, and python-for-android has no recipe."""

from typing import Any

from pythonforandroid.recipe import PyProjectRecipe


class PyYamlRecipe(PyProjectRecipe):
    """Pure Python, from the project's own tag."""

    version = "6.0.4"
    url = "https://github.com/yaml/pyyaml/archive/refs/tags/{version}.tar.gz"
    site_packages_name = "yaml"

    def get_recipe_env(self, arch: Any, **kwargs: Any) -> Any:
        """As ever, and no look for libyaml on the machine that builds."""
        return {**super().get_recipe_env(arch, **kwargs), "PYYAML_FORCE_LIBYAML": "0", "PYYAML_FORCE_CYTHON": "0"}


recipe = PyYamlRecipe()
