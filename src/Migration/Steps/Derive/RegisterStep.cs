using System.Text.Json.Nodes;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Migration.Steps.Derive;

/// <summary>The index gets its definition in the registry and its route, still to the old table alone; from now on every write to its bars
/// is noted.</summary>
sealed class RegisterStep() : MigrationStep("derive/register", MigrationPhase.Derive)
{
    public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation)
    {
        var (_, metadata) = await ReadAsync(context, cancellation);
        var merged = IndexRegistration.ForDeriving(context.Run.Symbol, metadata);
        return JsonNode.DeepEquals(JsonNode.Parse(merged), metadata is null ? null : JsonNode.Parse(metadata))
            ? [$"the registry row of {context.Run.Symbol} stays as it is"]
            : [$"{(metadata is null ? "add" : "complete")} the registry row of {context.Run.Symbol}: metadata {merged}"];
    }

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var symbol = context.Run.Symbol;
        var (row, metadata) = await ReadAsync(context, cancellation);
        var merged = IndexRegistration.ForDeriving(symbol, metadata);
        if (Problem(context, merged) is { } problem)
        {
            return new StepOutcome.Waiting(
                [
                    new Gate(
                        "derive/definition",
                        GateVerdict.Fail,
                        "a complete index definition",
                        problem,
                        null,
                        $"complete the metadata of {symbol} in core_asset_registry_all"
                    ),
                ],
                Soon
            );
        }

        if (row is not null && JsonNode.Parse(row)!["active"]?.GetValue<bool>() == false)
        {
            return new StepOutcome.Waiting(
                [
                    new Gate(
                        "derive/active",
                        GateVerdict.Fail,
                        $"{symbol} is active in the registry: inactive symbols are not derived",
                        "its row says active = false",
                        null,
                        $"UPDATE core_asset_registry_all SET active = true WHERE canonical_symbol = '{symbol}', or roll back"
                    ),
                ],
                Soon
            );
        }

        var mode = await context.Database.RouteModeAsync(symbol, cancellation);
        var holds = await context.Database.Migration("derive/holds_source", symbol.Name).ValueAsync<bool>(cancellation);
        if (mode is not (null or "legacy") || (mode is null && !holds))
        {
            return new StepOutcome.Waiting(
                [
                    new Gate(
                        "derive/route",
                        GateVerdict.Fail,
                        $"{symbol} lives in derived_data_bars",
                        $"its route is '{mode ?? "new"}'",
                        "SELECT * FROM dxy.route",
                        "nothing is to be migrated: roll this run back"
                    ),
                ],
                Soon
            );
        }

        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.LockBudgetAsync(cancellation);
        await transaction.SaveAsync("registry", row ?? "null", cancellation);
        await transaction.SaveAsync("route", mode is null ? "null" : $"\"{mode}\"", cancellation);
        if (mode is null)
        {
            await transaction.FlipRouteAsync("legacy", cancellation);
        }

        await transaction.Connection.Migration("derive/write_registry", symbol.Name, merged).RunAsync(cancellation);
        await transaction.BeginWatchAsync(cancellation);
        await context.At(this, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return StepOutcome.Finished(
            new Gate("derive/definition", GateVerdict.Pass, "a complete index definition", merged),
            new Gate("derive/active", GateVerdict.Pass, $"{symbol} is active in the registry: inactive symbols are not derived", "it is"),
            new Gate(
                "derive/route",
                GateVerdict.Pass,
                $"{symbol} lives in derived_data_bars",
                "its route is 'legacy'",
                "SELECT * FROM dxy.route"
            )
        );
    }

    public override async Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
    {
        var ledger = new RunLedger(context.Database);
        if (await ledger.SavedAsync(context.Run.Name, "registry", cancellation) is not { } before)
        {
            return StepOutcome.Finished();
        }

        if (await CatchUpAsync(context, cancellation) is { } wait)
        {
            return wait;
        }

        var symbol = context.Run.Symbol;
        var (_, metadata) = await ReadAsync(context, cancellation);
        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.LockBudgetAsync(cancellation);
        if (before == "null")
        {
            await transaction
                .Connection.Text("DELETE FROM public.core_asset_registry_all WHERE canonical_symbol = $1", symbol.Name)
                .RunAsync(cancellation);
        }
        else if (metadata is not null)
        {
            var old = JsonNode.Parse(before)!["metadata"]!.ToJsonString();
            await transaction
                .Connection.Migration("derive/restore_registry", symbol.Name, before, IndexRegistration.Without(metadata, old))
                .RunAsync(cancellation);
        }

        // Buckets that have not ended yet are due of rollups that the registry no longer asks for: nobody would ever make them.
        await transaction.Connection.Migration("derive/forget_due", symbol.Name).RunAsync(cancellation);
        if (await ledger.SavedAsync(context.Run.Name, "route", cancellation) == "null")
        {
            await transaction.Connection.Migration("derive/forget_route", symbol.Name).RunAsync(cancellation);
        }

        if (!context.Steps.ContainsKey("pre-flight/backup"))
        {
            await transaction.EndWatchAsync(cancellation);
        }

        await context.At(this, "undone", cancellation);
        await transaction.CommitAsync(cancellation);
        return StepOutcome.Finished();
    }

    // Once the index isn't registered nobody here derives it: what came while the old writers stood still and we hadn't begun would stay a
    // hole in the old table.
    async Task<StepOutcome?> CatchUpAsync(RunContext context, CancellationToken cancellation)
    {
        if (Kept<DateTime[]>(context, "asked") is not { } asked)
        {
            var missing = await MissingMinutes.SinceStartAsync(context, cancellation);
            await using var transaction = await context.BeginAsync(cancellation);
            await DueWork.AskAsync(transaction, context.Run.Series, missing, cancellation);
            await KeepAsync(context, transaction, "asked", MissingMinutes.Span(missing), cancellation);
            await transaction.CommitAsync(cancellation);
            await context.At(this, "undo-asked", cancellation);
            return new StepOutcome.More();
        }

        if (asked.Length == 0)
        {
            return null;
        }

        // No silo has to run for a way back: what is due is derived right here, beside whoever derives.
        var range = new TimeRange(UtcTime.From(asked[0]), UtcTime.From(asked[1]));
        return await DueWork.WorkOffAsync(context, context.Run.Series, range, cancellation) ? null : new StepOutcome.More();
    }

    static string? Problem(RunContext context, string metadata)
    {
        try
        {
            return RegistryStore.Entry(context.Run.Symbol.Name, null, null, true, metadata).Index is null ? "no components" : null;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            return fault.Message;
        }
    }

    static async Task<(string? Row, string? Metadata)> ReadAsync(RunContext context, CancellationToken cancellation)
    {
        var rows = await context
            .Database.Migration("derive/read_registry", context.Run.Symbol.Name)
            .RowsAsync(reader => (reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1)), cancellation);
        return rows.Count == 0 ? (null, null) : rows[0];
    }
}
