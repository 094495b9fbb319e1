using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Rules;

/// <summary>Stored bars that lack inputs and that an input which is left denies: what was made of more no longer stands for what is
/// there.</summary>
static class DeniedBars
{
    /// <summary>Their opens, in the range.</summary>
    public static async Task<HashSet<UtcTime>> ReadAsync(
        NpgsqlConnection connection,
        ITargetRule rule,
        Route route,
        TimeRange range,
        CancellationToken cancellation
    )
    {
        var isIndex = rule is IndexTargetRule;
        await using var command = connection.Statement(isIndex ? "denied_minutes" : "denied_buckets");
        command
            .Parameters.AddSeries(rule.Series)
            .With(
                (
                    isIndex
                        ? rule.IsRouted
                            ? route.Written
                            : BarTable.Derived
                        : route.Read
                ).Name
            )
            .AddRange(range);
        return await command.TimesAsync(cancellation);
    }

    /// <summary>Ranges in which inputs were deleted within the correction window, less than a minute ago.</summary>
    public static async Task<List<TimeRange>> WaitingAsync(
        NpgsqlConnection connection,
        ITargetRule rule,
        TimeRange range,
        CancellationToken cancellation
    )
    {
        await using var command = connection.Statement("waiting_bars");
        command.Parameters.AddSeries(rule.Series).AddRange(range).With(rule.CorrectionWindow);
        var ranges = new List<TimeRange>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            ranges.Add(new TimeRange(reader.GetUtc(0), reader.GetUtc(1)));
        }

        return ranges;
    }

    /// <summary>Bars of the range of which inputs were deleted and didn't come back.</summary>
    public static async Task<HashSet<UtcTime>> GoneAsync(
        NpgsqlConnection connection,
        ITargetRule rule,
        TimeRange range,
        CancellationToken cancellation
    )
    {
        await using var command = connection.Statement("gone_bars");
        command.Parameters.AddSeries(rule.Series).AddRange(range);
        var times = await command.TimesAsync(cancellation);
        times.RemoveWhere(time => !range.Contains(time));
        return times;
    }

    /// <summary>The first column of all rows.</summary>
    public static async Task<HashSet<UtcTime>> TimesAsync(this NpgsqlCommand command, CancellationToken cancellation)
    {
        var times = new HashSet<UtcTime>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            times.Add(reader.GetUtc(0));
        }

        return times;
    }
}
