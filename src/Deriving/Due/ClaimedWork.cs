using DxyOrleans.Core.Due;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Due;

/// <summary>What is due and ripe of a target in the weeks that the transaction has just locked.</summary>
/// <param name="Due">The rows, in the order they should be worked on.</param>
/// <param name="Now">Market time.</param>
readonly record struct ClaimedWork(IReadOnlyList<DueRange> Due, UtcTime Now)
{
    /// <summary>Adds the statement that tells it; it has to follow the one that locked.</summary>
    public static void AddTo(NpgsqlBatch batch, ITargetRule rule) => batch.Add("take_due").AddSeries(rule.Series).With(rule.Ripeness);

    public static async Task<ClaimedWork> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var due = new List<DueRange>();
        UtcTime now = default;
        while (await reader.ReadAsync(cancellation))
        {
            now = reader.GetUtc(6);
            if (!reader.IsDBNull(0))
            {
                due.Add(
                    new DueRange(
                        reader.GetInt64(0),
                        new TimeRange(reader.GetUtc(1), reader.GetUtc(2)),
                        reader.IsDBNull(3) ? null : reader.GetInt32(3),
                        reader.GetBoolean(4),
                        reader.GetInt32(5),
                        reader.GetBoolean(7)
                    )
                );
            }
        }

        return new ClaimedWork(due, now);
    }

    /// <summary>The slice to work on, which ends before <paramref name="end"/> at the latest; null when nothing of it is ripe.</summary>
    public DueSlice? Choose(ITargetRule rule, TimeSpan longest, UtcTime? end = null)
    {
        var timeframe = rule.Series.Timeframe;
        var ripe = (Now - rule.Ripeness).Floor(timeframe) + timeframe;
        return DueSlice.Choose(Due, end is { } limit ? UtcTime.Min(limit, ripe) : ripe, longest);
    }
}
