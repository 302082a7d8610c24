"""The forecast: when the night's work is done, how sure that is, and what would help."""

from pipeline.domain.forecast.forecast import Forecast, Need, forecast
from pipeline.domain.forecast.pace import Pace, Sample, measured_pace
from pipeline.domain.forecast.work import ForecastInputs, StageLoad

__all__ = ["Forecast", "ForecastInputs", "Need", "Pace", "Sample", "StageLoad", "forecast", "measured_pace"]
