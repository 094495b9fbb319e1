namespace DxyOrleans.Web.Telemetry;

/// <summary>A gauge: its name, unit and what it tells.</summary>
sealed record StateGauge(string Name, string? Unit, string Description);

/// <summary>One value of a gauge.</summary>
/// <param name="Gauge">Its name.</param>
/// <param name="Value">In its unit.</param>
/// <param name="Label">What parts its values; null where it has one only.</param>
/// <param name="Of">The label's value; one of few.</param>
sealed record StateValue(string Gauge, double Value, string? Label = null, string Of = "");

/// <summary>Tells of something that stands in the tables.</summary>
interface IStateSource
{
    IReadOnlyList<StateGauge> Gauges { get; }

    /// <summary>As it is now.</summary>
    Task<IReadOnlyList<StateValue>> ReadAsync(CancellationToken cancellation);
}
