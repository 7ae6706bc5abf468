"""The metrics, one file each. This tuple is the registry: a metric that is not in it does not exist."""

from __future__ import annotations

from gemini_eval.metrics.bleu import Bleu
from gemini_eval.metrics.call_args import CallArgs
from gemini_eval.metrics.call_f1 import CallF1
from gemini_eval.metrics.call_name import CallName
from gemini_eval.metrics.calls import Calls
from gemini_eval.metrics.chrf import Chrf
from gemini_eval.metrics.contains import Contains
from gemini_eval.metrics.cost import Cost
from gemini_eval.metrics.ends_with import EndsWith
from gemini_eval.metrics.equals import Equals
from gemini_eval.metrics.exact_match import ExactMatch
from gemini_eval.metrics.fields import Fields
from gemini_eval.metrics.finish_reason import FinishReasonIs
from gemini_eval.metrics.gleu import Gleu
from gemini_eval.metrics.has_number import HasNumber
from gemini_eval.metrics.is_html import IsHtml
from gemini_eval.metrics.is_json import IsJson
from gemini_eval.metrics.is_sql import IsSql
from gemini_eval.metrics.is_valid_call import IsValidCall
from gemini_eval.metrics.is_xml import IsXml
from gemini_eval.metrics.json_field import JsonField
from gemini_eval.metrics.json_match import JsonMatch
from gemini_eval.metrics.json_schema import JsonSchema
from gemini_eval.metrics.label import Label
from gemini_eval.metrics.latency import Latency
from gemini_eval.metrics.length import Length
from gemini_eval.metrics.levenshtein import Levenshtein
from gemini_eval.metrics.meteor import Meteor
from gemini_eval.metrics.numeric import Numeric
from gemini_eval.metrics.perplexity import Perplexity
from gemini_eval.metrics.perplexity_score import PerplexityScore
from gemini_eval.metrics.refusal import Refusal
from gemini_eval.metrics.regex import Regex
from gemini_eval.metrics.rouge import Rouge
from gemini_eval.metrics.similar import Similar
from gemini_eval.metrics.starts_with import StartsWith
from gemini_eval.metrics.token_f1 import TokenF1
from gemini_eval.metrics.tokens import Tokens
from gemini_eval.types import Metric

METRICS: tuple[type[Metric], ...] = (
    Label,
    ExactMatch,
    Equals,
    Contains,
    StartsWith,
    EndsWith,
    Regex,
    HasNumber,
    Numeric,
    Length,
    Levenshtein,
    TokenF1,
    Rouge,
    Bleu,
    Chrf,
    Gleu,
    Meteor,
    Similar,
    IsJson,
    JsonSchema,
    JsonField,
    JsonMatch,
    IsXml,
    IsHtml,
    IsSql,
    Fields,
    Calls,
    CallName,
    CallArgs,
    CallF1,
    IsValidCall,
    Refusal,
    FinishReasonIs,
    Latency,
    Cost,
    Tokens,
    Perplexity,
    PerplexityScore,
)
