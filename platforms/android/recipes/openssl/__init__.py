"""OpenSSL with ML-KEM and ML-DSA (3.5, supported until 2030): python-for-android's own recipe builds 3.3."""

from pythonforandroid.recipes.openssl import OpenSSLRecipe as Stock


class OpenSSLRecipe(Stock):
    """The stock recipe at a version that knows the post-quantum algorithms."""

    version = "3.5.4"
    url = "https://github.com/openssl/openssl/releases/download/openssl-{version}/openssl-{version}.tar.gz"


recipe = OpenSSLRecipe()
