using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Steps.PreFlight;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Migration.Steps.Derive;

/// <summary>The minutes of the last days whose components are all there and that nobody derived into the old table.</summary>
static class MissingMinutes
{
    public static async Task<List<TimeRange>> ReadAsync(RunContext context, CancellationToken cancellation)
    {
        var registry = await new RegistryStore(context.Database).LoadAsync(cancellation);
        var components = registry.Index(context.Run.Symbol)?.Components.Select(component => component.Symbol.Name).ToArray() ?? [];
        return await context
            .Database.Migration("derive/missing_minutes", context.Run.Symbol.Name, components)
            .RowsAsync(reader => new TimeRange(reader.GetUtc(0), reader.GetUtc(1)), cancellation);
    }

    /// <summary>Those that came since the run began; what was missing before is no business of a way back.</summary>
    public static async Task<List<TimeRange>> SinceStartAsync(RunContext context, CancellationToken cancellation)
    {
        var start = Backup.End(context.Run);
        return
        [
            .. (await ReadAsync(context, cancellation))
                .Where(range => range.To > start)
                .Select(range => new TimeRange(UtcTime.Max(range.From, start), range.To)),
        ];
    }

    /// <summary>From the first to the last, as a checkpoint keeps it; empty when there are none.</summary>
    public static DateTime[] Span(IReadOnlyList<TimeRange> missing) =>
        missing.Count == 0 ? [] : [missing[0].From.ToDateTime(), missing[^1].To.ToDateTime()];

    /// <summary>Whether what was asked for is derived.</summary>
    public static Task<Gate> CheckAsync(RunContext context, string gate, DateTime[] span, CancellationToken cancellation) =>
        DueWork.CheckAsync(context, gate, context.Run.Series, new TimeRange(UtcTime.From(span[0]), UtcTime.From(span[1])), cancellation);
}
