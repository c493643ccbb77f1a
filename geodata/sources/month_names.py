"""The months' names in the languages of the field, with their short forms and cases."""

from __future__ import annotations

import calendar
from types import MappingProxyType
from typing import Final

_OTHERS: Final = (
    "janvier janv enero ene janeiro januar jänner jan ocak січень січня січ январь января янв "
    "يناير كانون_الثاني; "
    "février fevrier févr fev febrero feb fevereiro februar şubat subat лютий лютого лют февраль "
    "февраля фев فبراير شباط; "
    "mars marzo março marco mär märz marz mart березень березня бер март марта мар مارس آذار اذار; "
    "avril avr abril abr nisan квітень квітня кві апрель апреля апр أبريل ابريل نيسان; "
    "mai mayo maio mayıs mayis травень травня тра май мая مايو أيار ايار; "
    "juin junio junho juni haziran червень червня чер июнь июня июн يونيو حزيران; "
    "juillet juil julio julho juli temmuz липень липня лип июль июля июл يوليو تموز; "
    "août aout agosto ago august ağustos agustos серпень серпня сер август августа авг "
    "أغسطس اغسطس آب اب; "
    "septembre septiembre setembro set eylül eylul вересень вересня вер сентябрь сентября сен "
    "سبتمبر أيلول ايلول; "
    "octobre octubre outubro out oktober okt ekim жовтень жовтня жов октябрь октября окт "
    "أكتوبر اكتوبر تشرين_الأول تشرين_الاول; "
    "novembre noviembre novembro kasım kasim листопад листопада лис ноябрь ноября ноя "
    "نوفمبر تشرين_الثاني; "
    "décembre decembre déc diciembre dic dezembro dez dezember aralık aralik грудень грудня гру "
    "декабрь декабря дек ديسمبر كانون_الأول كانون_الاول "
)
"""French, Spanish, Portuguese, German, Turkish, Ukrainian, Russian, and Arabic as in Egypt and in
the Levant; months apart by semicolons."""

MONTHS: Final = MappingProxyType(
    {name.casefold().replace("_", " "): number
     for number, line in enumerate(_OTHERS.split(";"), start=1) for name in line.split()}
    | {name.casefold(): number
       for names in (calendar.month_name, calendar.month_abbr)
       for number, name in enumerate(names) if name}
    | {"sept": 9}
)  # fmt: skip
"""Names and short forms, in lower case, to numbers; English goes before what is spelt alike."""
