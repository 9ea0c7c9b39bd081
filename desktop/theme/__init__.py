"""How the console looks: one table of colours, type roles, kept icons, the palette and the style sheet made from them."""

from desktop.theme.theme import Theme, install_theme
from desktop.theme.tokens import AVATARS, Scheme, Token
from desktop.theme.type_roles import Role

__all__ = ["AVATARS", "Role", "Scheme", "Theme", "Token", "install_theme"]
