"""cryptography with HPKE, ML-KEM and Cobblestone: python-for-android's own recipe stops at 46, before all three."""

from pythonforandroid.recipes.cryptography import CryptographyRecipe as Stock


class CryptographyRecipe(Stock):
    """The stock recipe at the version that the tablet's suite needs."""

    version = "50.0.2"


recipe = CryptographyRecipe()
