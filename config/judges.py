"""Settings -> the model asked beside the verifier's own checks; loaded only where one is asked."""

from config.engine_lacks import require_endpoint
from config.settings import Settings, VerifyEngine
from pipeline.adapters.grounding.judging import Judge


def build_judge(settings: Settings, engine: VerifyEngine) -> Judge:
    """Return the judge; raise ``EngineUnavailableError`` where its weights are not there."""
    builders = {
        VerifyEngine.EMBEDDING: _embedding,
        VerifyEngine.ENTAILMENT: _entailment,
        VerifyEngine.LLM: _language_model,
    }
    return builders[engine](settings)


def _embedding(settings: Settings) -> Judge:
    from pipeline.adapters.judging.embedding import EmbeddingJudge

    return EmbeddingJudge(settings.grounding.model)


def _entailment(settings: Settings) -> Judge:
    from pipeline.adapters.judging.entailment import EntailmentJudge

    return EntailmentJudge(settings.grounding.model)


def _language_model(settings: Settings) -> Judge:
    from pipeline.adapters.drafting.llm import LlmOptions
    from pipeline.adapters.judging.language_model import LanguageModelJudge

    grounding = settings.grounding
    require_endpoint(settings, "llm", grounding.base_url)
    options = LlmOptions(grounding.base_url, grounding.model, grounding.api_key.get_secret_value())
    return LanguageModelJudge(options, settings.vendors.is_allowed)
