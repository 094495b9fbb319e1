using System.Data;
using System.Text.Json;
using System.Text.Json.Nodes;
using DxyOrleans.Bars;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Auditing;

/// <summary>
/// Recomputes a target's bars and compares them with what is stored, in one snapshot, writing nothing. A row of an index is judged by the
/// version it carries.
/// </summary>
public sealed class TargetVerifier(NpgsqlDataSource database, ITargetRule rule)
{
    /// <summary>Compares the ripe bars of a window; windows of <see cref="ITargetRule.MaxSlice"/> keep memory flat.</summary>
    /// <param name="window">Bars, by their open.</param>
    /// <param name="onlyUnrecorded">Leave out what is due or recorded as changed already: what remains was missed by the triggers.</param>
    /// <param name="cancellation">Ends the comparison.</param>
    public async Task<TargetComparison> CompareAsync(TimeRange window, bool onlyUnrecorded, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var (route, told, now, ruleSince) = await ReadStateAsync(connection, cancellation);
        var ripeEnd = (now - rule.Ripeness).Floor(rule.Series.Timeframe) + rule.Series.Timeframe;
        window = window.Intersect(new TimeRange(UtcTime.Min(window.From, ripeEnd), ripeEnd));
        if (window.IsEmpty)
        {
            return new TargetComparison(0, []);
        }

        var derived = await rule.DeriveAsync(connection, window, null, route, cancellation);
        var table = rule.IsRouted ? route.Read : BarTable.Derived;
        List<StoredBar> stored;
        await using (var batch = new NpgsqlBatch(connection))
        {
            batch.AddBound(BarReader.Command(table, rule.Series, window));
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            stored = (await BarReader.ReadAsync(reader, rule.Series, cancellation)).Bars;
        }

        // A change of the deriving version or its maximum age changes nothing stored: minutes before it that only the new rule gives were
        // not missed.
        var carried = derived.Rows.Where(row => row.Bar.Time < ruleSince && row.Completeness < 0).Select(row => row.Bar.Time).ToHashSet();
        var comparison = Compare(derived.Rows.AsStored(connection, table), stored, time =>
            onlyUnrecorded && (carried.Contains(time) || told.Any(range => range.Contains(time)))
        );

        // An index's minute that is set aside can't be judged at all, nor can a bucket of which nothing could be made.
        var differences = comparison
            .Differences.Where(one => one.Expected is not null || !derived.Parked.Any(part => part.Range.Contains(one.Time)))
            .ToList();
        if (differences.Exists(one => one.Kind == DifferenceKind.InputsGone))
        {
            var denied = await DeniedBars.ReadAsync(connection, rule, route, window, cancellation);
            differences =
            [
                .. differences.Select(one =>
                    one.Kind == DifferenceKind.InputsGone && denied.Contains(one.Time) ? one with { Kind = DifferenceKind.Different } : one
                ),
            ];
        }

        if (rule is IndexTargetRule index)
        {
            differences = await SampledBounds.AddAsync(connection, index.Definition, derived.Rows, stored, differences, cancellation);
        }

        // What the host deleted softly isn't missing.
        var deleted = new List<UtcTime>();
        if (table == BarTable.Derived && differences.Exists(one => one.Kind == DifferenceKind.Missing))
        {
            await using var command = connection.Statement("soft_deleted");
            command.Parameters.AddSeries(rule.Series).AddRange(window);
            var soft = await command.TimesAsync(cancellation);
            deleted = [.. differences.Where(one => one.Kind == DifferenceKind.Missing && soft.Contains(one.Time)).Select(one => one.Time)];
            differences.RemoveAll(one => one.Kind == DifferenceKind.Missing && soft.Contains(one.Time));
        }

        return comparison with
        {
            Differences = differences,
            Unfit = derived.Parked,
            SoftDeleted = deleted.Count,
        };
    }

    /// <summary>Compares what the rule gives with what is stored.</summary>
    public static TargetComparison Compare(IReadOnlyList<BarRow> expected, IReadOnlyList<StoredBar> stored, Func<UtcTime, bool> leaveOut)
    {
        var differences = new List<TargetDifference>();
        var byTime = new Dictionary<UtcTime, StoredBar>(stored.Count);
        foreach (var bar in stored)
        {
            // A host's table may lack the key and hold a bar twice; that is for the pre-flight to tell.
            byTime[bar.Bar.Time] = bar;
        }

        var compared = 0;
        foreach (var row in expected)
        {
            if (!byTime.Remove(row.Bar.Time, out var found))
            {
                differences.Add(new TargetDifference(row.Bar.Time, DifferenceKind.Missing, row.Bar, null));
                continue;
            }

            compared++;
            if (!(found.Bar == row.Bar && SameInputs(found.Raw, row.Raw)) && !IsSampled(found, row))
            {
                var kind =
                    found.Bar.IsPartial || Completeness(found.Raw) <= row.Completeness
                        ? DifferenceKind.Different
                        : DifferenceKind.InputsGone;
                differences.Add(new TargetDifference(row.Bar.Time, kind, row.Bar, found.Bar, found.Raw));
            }
        }

        differences.AddRange(
            byTime.Values.Select(gone => new TargetDifference(gone.Bar.Time, DifferenceKind.InputsGone, null, gone.Bar, gone.Raw))
        );
        return new TargetComparison(
            compared,
            [.. differences.Where(difference => !leaveOut(difference.Time)).OrderBy(difference => difference.Time)]
        );
    }

    async Task<(Route Route, List<TimeRange> Told, UtcTime Now, UtcTime? RuleSince)> ReadStateAsync(
        NpgsqlConnection connection,
        CancellationToken cancellation
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("read_route").With(rule.Series.Symbol.Name);
        batch.Add("read_rule_since").AddSeries(rule.Series);
        batch.Add("read_told").AddSeries(rule.Series);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var route = await Route.ReadAsync(reader, cancellation);
        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        UtcTime? ruleSince = reader.IsDBNull(0) ? null : reader.GetUtc(0);
        await reader.NextResultAsync(cancellation);
        var told = new List<TimeRange>();
        UtcTime now = default;
        while (await reader.ReadAsync(cancellation))
        {
            now = reader.GetUtc(2);
            if (!reader.IsDBNull(0))
            {
                told.Add(new TimeRange(reader.GetUtc(0), reader.GetUtc(1)));
            }
        }

        return (route, told, now, ruleSince);
    }

    // What another program sampled within the minute can't be derived again: its close is all that can be judged.
    static bool IsSampled(StoredBar stored, BarRow expected) =>
        !stored.Bar.IsPartial
        && stored.Bar.Close == expected.Bar.Close
        && Provenance.HasCloses(expected.Raw)
        && !Provenance.HasCloses(stored.Raw);

    // Rows that other programs derived carry no inputs of our kind; only their values can be judged.
    static bool SameInputs(string stored, string? expected)
    {
        if (expected is null || JsonNode.Parse(stored) is not JsonObject found || JsonNode.Parse(expected) is not JsonObject wanted)
        {
            return true;
        }

        return !JsonNode.DeepEquals(found["kind"], wanted["kind"])
            || (
                JsonNode.DeepEquals(Normal(found["inputs"]), Normal(wanted["inputs"]))
                && JsonNode.DeepEquals(found["unknown"], wanted["unknown"])
                && JsonNode.DeepEquals(Normal(found["samples"]), Normal(wanted["samples"]))
            );
    }

    // The same number may be spelled 1.1 or 1.10.
    static JsonNode? Normal(JsonNode? node) =>
        node is JsonObject inputs
            ? new JsonObject(
                inputs
                    .OrderBy(input => input.Key, StringComparer.Ordinal)
                    .Select(input => KeyValuePair.Create(input.Key, Number(input.Value)))
            )
            : node?.DeepClone();

    static JsonNode? Number(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<decimal>(out var number)
            ? JsonValue.Create(number / 1.000000000000000000000000000000m)
            : node?.DeepClone();

    static int Completeness(string raw)
    {
        using var document = JsonDocument.Parse(raw);
        var root = document.RootElement;
        return Count(root, "inputs") ?? -Count(root, "age_total") ?? 0;
    }

    static int? Count(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out var count)
            ? count
            : null;
}
