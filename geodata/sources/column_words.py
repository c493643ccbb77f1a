"""Words that name columns in people's tables, by what they mean; in the languages of the field.

English, French, Spanish, Portuguese, German, Turkish, Arabic, Ukrainian and Russian. A word that
ends in * stands for all that begin with it.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from functools import cache
from types import MappingProxyType
from typing import Final

_WORDS = {
    "killed": "killed kill kills dead death deaths died fatal* mort* mortes deces tue* muert* "
    "fallecid* tot tote todes* getotet* olu* oldurulen قتلى قتل القتلى وفيات "
    "загибл* убит* погибш* вбит* kia martyr* lethal* slain",
    "injured": "injured injur* wounded hurt blesse* herid* ferid* verletz* verwundet* yarali* "
    "جرحى الجرحى مصابين поранен* ранен* wia",
    "civilians": "civ civilian* civil civils civiles civis zivil* sivil* مدنيين المدنيين цивіл* "
    "мирн* noncombatant* noncomb*",
    "low": "low lower lowest min minimum least minimal* mini at_least from_min мін* мин* "
    "floor mindestens minder",
    "high": "high higher highest max maximum most maximal* upper up_to макс* ceiling "
    "hochstens höchstens",
    "best": "best total totals estimate estimated est total* overall sum gesamt likely",
    "date": "date dates day days when datum tag jour fecha dia data tarih gun تاريخ التاريخ "
    "дата день dt dated occurred occurrence",
    "start": "start started begin began beginning first from debut inicio inicial beginn von "
    "anfang baslangic بداية початок начал*",
    "end": "end ended finish* until till to last fin final ende bis bitis نهاية кінець "
    "конец",
    "time": "time hour hours heure hora uhrzeit saat uhr clock время час ساعة الوقت hhmm",
    "lat": "lat latitude latitud breite breitengrad enlem northing y широта خط_العرض العرض "
    "lat_wgs84",
    "lon": "lon lng long longitude longitud lange langengrad laenge laengengrad boylam "
    "easting x долгота довгота الطول",
    "place": "place places location loc town city village where settlement locality lieu "
    "localite ville lugar localidad ciudad local cidade ort stadt gemeinde yer "
    "sehir koy مكان الموقع المدينة القرية місце місто место город село населен* "
    "toponym site neighbourhood neighborhood spot",
    "admin1": "province governorate oblast state region admin1 adm1 provincia estado "
    "departamento departement wilaya bundesland provinz il vilayet محافظة المحافظة "
    "ولاية область admin_1 adm_1 muhafaza mohafaza gov gouvernorat gouvernorats",
    "admin2": "district county raion rayon admin2 adm2 municipality municipio distrito canton "
    "arrondissement cercle kreis bezirk landkreis ilce ناحية قضاء منطقة район "
    "admin_2 adm_2 subdistrict cazaza",
    "country": "country countries pays pais land staat ulke بلد الدولة країна страна nation "
    "iso iso3 iso2 cntry ctry",
    "precision": "precision prec accuracy exact* certainty uncertain* confidence reliab* "
    "resolution",
    "grid": "grid mgrs usng utm utmref",
    "id": "id identifier ids uid guid ref reference nr key kennung identifiant "
    "identificador رقم номер record code codigo no",
    "title": "title headline heading titel titre titulo name caption label baslik العنوان "
    "заголовок назва название schlagzeile uberschrift überschrift",
    "summary": "description descr desc notes note narrative summary details detail comment "
    "comments text remark* resume recit descripcion descricao beschreibung bericht "
    "hergang aciklama ozet وصف الوصف опис описание story account what_happened "
    "happened incident_text",
    "type": "type types kind category cat class classification subtype typ art tipo tur نوع "
    "тип вид modality",
    "event": "event events incident incidents evenement evento incidente ereignis vorfall "
    "olay حادث الحادث подія событие инцидент attack strike",
    "weapon": "weapon weapons weaponry arme armes arma armas waffe waffen silah سلاح السلاح "
    "зброя оружие munition munitions means",
    "actor": "actor actors party parties side group belligerent* acteur actores ator akteur "
    "partei taraf طرف الطرف сторона armed_group combatant* konfliktpartei "
    "kriegspartei combattant",
    "first": "1 a one i first primary",
    "second": "2 b two ii second secondary opposing opponent",
    "associated": "assoc associated ally allies",
    "perpetrator": "perpetrator* attacker* responsible aggressor* suspected auteur auteurs "
    "agresor* tater verursacher fail الفاعل perp perps author culprit",
    "target": "target targets targeted victim victims victime victimes victima* vitima* ziel "
    "opfer hedef الهدف الضحايا ціль жертв* struck_object hit",
    "source": "source sources publisher outlet media newspaper origin quelle quellen fuente "
    "fuentes fonte kaynak مصدر المصدر джерело источник reported reporting berichtet",
    "url": "url link links href web website lien enlace adresse baglanti رابط ссылка "
    "посилання http uri webpage",
    "published": "published publication pub veroffentlich* publicacion publie posted reported_on",
    "archive": "archive archived archived_url",
    "language": "language lang langue idioma sprache dil لغة мова язык",
    "count": "number num no nb nombre numero anzahl zahl count sayi sayisi عدد кількість "
    "количество n how_many persons people casualties personnes personas personen",
    "year": "year annee ano jahr yil سنة рік год yr",
    "modified": "updated update modified timestamp created entered upload* entry changed",
    "affected": "affected displaced missing abducted detained kidnapped houses",
    "scale": "scale source_scale",
    "iso_code": "gwno gw gwid ccode fips priogrid gid dyad conflict new",
}  # fmt: skip


def folded(text: str) -> str:
    """Lower case, without accents and other marks upon letters."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


COLUMN_WORDS: Final = MappingProxyType(
    {name: frozenset(map(folded, words.split())) for name, words in _WORDS.items()}
)
"""Concept to the words that mean it, folded."""


def concepts_of(name: str) -> frozenset[str]:
    """The concepts that the words of a column's name stand for."""
    words = _words(name)
    found: set[str] = set()
    for word in (*words, *("_".join(pair) for pair in itertools.pairwise(words))):
        found |= _meanings(word)
    return frozenset(found)


def unknown_words(name: str) -> int:
    """How many words of a column's name, of three letters or more, stand for no concept."""
    return sum(len(word) > 2 and not _meanings(word) for word in _words(name))


@cache
def _meanings(word: str) -> frozenset[str]:
    return frozenset(
        concept
        for concept, words in COLUMN_WORDS.items()
        if word in words or any(w[-1] == "*" and word.startswith(w[:-1]) for w in words)
    )


def _words(name: str) -> list[str]:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=\d)", " ", name)
    return re.findall(r"[^\W_]+", folded(parted))
