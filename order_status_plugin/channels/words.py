"""What a customer's answer to a message means: the one list of words, for every channel that is answered.

Only a message that is the word, and nothing else, is one: "please stop by after six" stops nothing. Carriers and
providers honour most of these by themselves; what we hear is kept, so that it also holds when the provider changes.
"""

from __future__ import annotations

import unicodedata

from ..events import Word


def _plain(text: str) -> str:
    """Return the text as it is compared: without case, accents, and the marks and spaces that people add.

    Spaces and hyphens inside count for nothing ("STOP ALL", "opt-out"): no word of the lists becomes another by that.
    """
    wide = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in wide if char.isalnum() and not unicodedata.combining(char))


def _words(text: str) -> frozenset[str]:
    return frozenset(_plain(one) for one in text.split())


STOP = _words(
    """
    stop unsubscribe end quit stopall revoke optout cancel remove td
    arret arreter desabonner
    stopp abmelden
    baja alto cancelar
    annulla
    afmelden
    wypisz rezygnuje
    parar sair pare
    توقف قف إلغاء إيقاف
    停止 配信停止 解除
    """
)
#: Few, and no other language's "yes": that word may answer something else.
START = _words(
    """
    start unstop yes resume optin
    ابدأ
    開始 再開
    """
)
HELP = _words(
    """
    help info
    aide hilfe ayuda aiuto hulp pomoc ajuda
    مساعدة
    ヘルプ
    """
)


def word(text: str) -> Word:
    """Return what the whole of this message means; OTHER for anything that is more than one known word."""
    said = _plain(text)
    if said in STOP:
        return Word.STOP
    if said in START:
        return Word.START
    return Word.HELP if said in HELP else Word.OTHER
