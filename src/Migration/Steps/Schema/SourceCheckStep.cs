using System.Text.Json;
using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Schema.Catalog;
using Npgsql;

namespace DxyOrleans.Migration.Steps.Schema;

/// <summary>
/// Checks on the column <c>source</c> that refuse 'synthetic' get a wider one in their place and name: added NOT VALID, validated beside
/// the table's writers, then swapped, so that the table is never unprotected. Everything that was let in before still is.
/// </summary>
public sealed class SourceCheckStep() : SchemaStep("schema/source-check")
{
    const string Prefix = "schema/source-check:";

    sealed record Saved(string Relation, string Name, string Definition, bool Validated, string Wider);

    public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        [
            .. (await TablesAsync(context, cancellation))
                .SelectMany(Refusing)
                .Select(check => $"{check.Relation}: {check.Name} from {check.Definition} to {Wider(check)}"),
        ];

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var tables = await TablesAsync(context, cancellation);
        if (NoTable(tables) is { } wait)
        {
            return wait;
        }

        foreach (var table in tables)
        {
            if (Refusing(table).FirstOrDefault() is { } check)
            {
                return await MendAsync(context, table, check, cancellation);
            }
        }

        return StepOutcome.Finished([.. tables.Select(SchemaGates.Source)]);
    }

    async Task<StepOutcome> MendAsync(RunContext context, TableShape table, Check check, CancellationToken cancellation)
    {
        var name = $"dxy_new_{context.Run.Name}_{check.Oid}";
        var made = table.Checks.FirstOrDefault(other => other.Relation == check.Relation && other.Name == name);
        if (made is null)
        {
            var saved = new Saved(check.Relation, check.Name, check.Definition, check.Validated, Wider(check));
            return await ChangeAsync(
                context,
                check.Relation,
                $"ALTER TABLE {check.Relation} ADD CONSTRAINT {Quoted(name)} {saved.Wider} NOT VALID",
                async transaction =>
                {
                    await transaction.SaveAsync(Prefix + check.Oid, JsonSerializer.Serialize(saved), cancellation);
                    await transaction.EventAsync(
                        "source check widened",
                        JsonSerializer.Serialize(
                            new
                            {
                                table = check.Relation,
                                name = check.Name,
                                from = check.Definition,
                                to = saved.Wider,
                            }
                        ),
                        cancellation
                    );
                },
                cancellation
            );
        }

        // A check whose rows were never looked at stays one: rows it doesn't let in may stand there.
        return check.Validated && !made.Validated
            ? await ChangeAsync(
                context,
                check.Relation,
                $"ALTER TABLE {check.Relation} VALIDATE CONSTRAINT {Quoted(name)}",
                null,
                cancellation
            )
            : await ChangeAsync(context, check.Relation, Swap(check.Relation, name, check.Name), null, cancellation);
    }

    public override async Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
    {
        var shapes = await TablesAsync(context, cancellation);
        var checks = shapes.SelectMany(table => table.Checks).ToList();
        var settled = Kept<Dictionary<string, string>>(context, "settled") ?? [];
        var gates = new List<Gate>();
        foreach (var (oid, value) in await SavedAsync(context, Prefix, cancellation))
        {
            var saved = JsonSerializer.Deserialize<Saved>(value)!;
            if (!settled.TryGetValue(oid, out var how))
            {
                return await RestoreAsync(context, checks, oid, saved, settled, cancellation);
            }

            gates.Add(
                new Gate(
                    "schema/source-check-undo",
                    how == "restored" ? GateVerdict.Pass : GateVerdict.Warn,
                    $"{saved.Name} on {saved.Relation} is {saved.Definition} again",
                    how == "restored" ? "it is" : $"it stays {saved.Wider}: {how}",
                    null,
                    how == "restored" ? null : "accept it, or move these rows and put the check back by hand"
                )
            );
        }

        return StepOutcome.Finished([.. gates.OrderByDescending(gate => gate.Verdict).Take(1)]);
    }

    async Task<StepOutcome> RestoreAsync(
        RunContext context,
        List<Check> checks,
        string oid,
        Saved saved,
        Dictionary<string, string> settled,
        CancellationToken cancellation
    )
    {
        Check? Find(string name) => checks.FirstOrDefault(check => check.Relation == saved.Relation && check.Name == name);
        Task<StepOutcome> SettleAsync(string how, string ddl) =>
            ChangeAsync(
                context,
                saved.Relation,
                ddl,
                transaction =>
                    KeepAsync(context, transaction, "settled", new Dictionary<string, string>(settled) { [oid] = how }, cancellation),
                cancellation
            );

        var wider = $"dxy_new_{context.Run.Name}_{oid}";
        var former = $"dxy_old_{context.Run.Name}_{oid}";
        if (Find(saved.Name)?.Oid.ToString(System.Globalization.CultureInfo.InvariantCulture) == oid)
        {
            return await SettleAsync(
                "restored",
                Find(wider) is null ? "SELECT 1" : $"ALTER TABLE {saved.Relation} DROP CONSTRAINT {Quoted(wider)}"
            );
        }

        if (Find(saved.Name) is null)
        {
            return await SettleAsync("somebody else dropped it", "SELECT 1");
        }

        if (Find(former) is not { } back)
        {
            return await ChangeAsync(
                context,
                saved.Relation,
                $"ALTER TABLE {saved.Relation} ADD CONSTRAINT {Quoted(former)} {WithoutNotValid(saved.Definition)} NOT VALID",
                null,
                cancellation
            );
        }

        if (saved.Validated && !back.Validated)
        {
            try
            {
                return await ChangeAsync(
                    context,
                    saved.Relation,
                    $"ALTER TABLE {saved.Relation} VALIDATE CONSTRAINT {Quoted(former)}",
                    null,
                    cancellation
                );
            }
            catch (PostgresException rows) when (rows.SqlState == PostgresErrorCodes.CheckViolation)
            {
                return await SettleAsync(
                    "rows stand there that it refuses",
                    $"ALTER TABLE {saved.Relation} DROP CONSTRAINT {Quoted(former)}"
                );
            }
        }

        return await SettleAsync("restored", Swap(saved.Relation, former, saved.Name));
    }

    static IEnumerable<Check> Refusing(TableShape table) => table.Checks.Where(check => check.BySource && !check.Admits);

    static string Wider(Check check) =>
        $"CHECK ({SourceCheck.Widen(check.Expression, "synthetic")}){(check.NoInherit ? " NO INHERIT" : "")}";

    static string Swap(string relation, string from, string to) =>
        $"ALTER TABLE {relation} DROP CONSTRAINT {Quoted(to)}; ALTER TABLE {relation} RENAME CONSTRAINT {Quoted(from)} TO {Quoted(to)}";

    static string WithoutNotValid(string definition) =>
        definition.EndsWith(" NOT VALID", StringComparison.Ordinal) ? definition[..^" NOT VALID".Length] : definition;
}
