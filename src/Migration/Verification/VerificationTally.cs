using System.Text.Json;
using System.Text.Json.Serialization;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Migration.Verification;

/// <summary>Counts and samples as they add up, portion by portion.</summary>
internal sealed class VerificationTally
{
    /// <summary>Samples kept of each kind; one kind never takes another's place.</summary>
    public const int Keep = 5;

    static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    readonly long[] _counts = new long[Enum.GetValues<RowDifferenceKind>().Length];

    public VerificationTally(VerificationResult before)
    {
        Compared = before.Compared;
        this[RowDifferenceKind.Missing] = before.Missing;
        this[RowDifferenceKind.Extra] = before.Extra;
        this[RowDifferenceKind.Different] = before.Different - before.Recomputation.Deviating;
        this[RowDifferenceKind.Explained] = before.Explained;
        this[RowDifferenceKind.Deviating] = before.Recomputation.Deviating;
        this[RowDifferenceKind.InputsGone] = before.Recomputation.InputsGone;
        this[RowDifferenceKind.InputsDiffer] = before.Recomputation.InputsDiffer;
        this[RowDifferenceKind.NotStored] = before.Recomputation.NotStored;
        Agreeing = before.Recomputation.Agreeing;
        Samples = [.. before.Samples];
    }

    public long Compared { get; set; }

    public long Agreeing { get; set; }

    public List<RowDifference> Samples { get; }

    public long Different => this[RowDifferenceKind.Different] + this[RowDifferenceKind.Deviating];

    public long this[RowDifferenceKind kind]
    {
        get => _counts[(int)kind];
        set => _counts[(int)kind] = value;
    }

    public RecomputationCounts Recomputation =>
        new()
        {
            Agreeing = Agreeing,
            Deviating = this[RowDifferenceKind.Deviating],
            InputsGone = this[RowDifferenceKind.InputsGone],
            InputsDiffer = this[RowDifferenceKind.InputsDiffer],
            NotStored = this[RowDifferenceKind.NotStored],
        };

    public bool HasDifferences => Different + this[RowDifferenceKind.Missing] + this[RowDifferenceKind.Extra] > 0;

    /// <summary>How many samples of a kind there is still room for.</summary>
    public int Room(RowDifferenceKind kind) => Keep - Samples.Count(sample => sample.Kind == kind);

    public string SamplesJson() =>
        JsonSerializer.Serialize(
            Samples
                .OrderBy(sample => sample.Kind)
                .ThenBy(sample => sample.Time)
                .Select(sample => new StoredSample(sample.Kind, sample.Time.ToString(), sample.Source, sample.Target, sample.Recomputed)),
            Json
        );

    public static IReadOnlyList<RowDifference> ParseSamples(string json) =>
        [
            .. JsonSerializer
                .Deserialize<StoredSample[]>(json, Json)!
                .Select(sample => new RowDifference(
                    UtcTime.Parse(sample.TsUtc),
                    sample.Kind,
                    sample.Source,
                    sample.Target,
                    sample.Recomputed
                )),
        ];

    sealed record StoredSample(RowDifferenceKind Kind, string TsUtc, RowValues? Source, RowValues? Target, string? Recomputed);
}
