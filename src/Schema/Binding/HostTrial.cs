using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace DxyOrleans.Schema.Binding;

/// <summary>
/// Writes rows such as will be written, as the roles that will do it, corrects them, reads them back, and rolls all of it back: the host's
/// checks, triggers, sequences, generated columns, foreign keys, deferred constraints and row security speak now, and not at night. One
/// round trip, whatever is tried.
/// </summary>
sealed class HostTrial(NpgsqlDataSource database, HostBinding binding)
{
    static readonly string[] Statements = ["times", "insert", "read", "update"];

    readonly Alterations _altered = new(binding);
    readonly List<string> _refusals = [];
    readonly List<string> _notes = [];

    /// <exception cref="SchemaException">A table was locked for too long by somebody else.</exception>
    public async Task<Judgement> RunAsync(IReadOnlyList<TrialRow> rows, CancellationToken cancellation)
    {
        foreach (var (row, said) in await TryAsync(rows, cancellation))
        {
            var told = row.IsNeeded ? _refusals : _notes;
            if (Refusal(row, said) is { } refused)
            {
                if (!row.IsLookedAt && !told.Contains(refused))
                {
                    told.Add(refused);
                }
            }
            else if (said["stored"] is JsonObject stored)
            {
                _altered.Add(
                    row,
                    said["price"]!.GetValue<decimal>(),
                    stored,
                    said["correction"]!.GetValue<decimal>(),
                    said["corrected"] as JsonObject
                );
            }
        }

        _refusals.AddRange(_altered.Refusals());
        return new Judgement(_altered.Binding(), _refusals, _notes);
    }

    async Task<List<(TrialRow Row, JsonObject Said)>> TryAsync(IReadOnlyList<TrialRow> rows, CancellationToken cancellation)
    {
        var trial = new JsonObject
        {
            ["rows"] = new JsonArray([.. rows.Select((row, n) => row.ToJson(n))]),
            ["sql"] = new JsonObject(
                rows.Select(row => row.Table)
                    .Distinct()
                    .Select(table =>
                        KeyValuePair.Create(
                            table,
                            (JsonNode?)
                                new JsonObject(
                                    Statements.Select(what =>
                                        KeyValuePair.Create(what, (JsonNode?)binding.Render(Sql.Text($"trial/{what}_{table}.sql")))
                                    )
                                )
                        )
                    )
            ),
        };
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var text in (string[])["SET LOCAL lock_timeout = '2s'", "SET LOCAL timezone = 'UTC'", Sql.Text("trial/roles.sql")])
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(text));
        }

        var given = new NpgsqlBatchCommand("SELECT set_config('dxy.trial', $1, true)");
        given.Parameters.With(trial.ToJsonString());
        batch.BatchCommands.Add(given);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Sql.Text("trial/rows.sql")));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT current_setting('dxy.trial_said')"));
        JsonArray said;
        await using (var reader = await batch.ExecuteReaderAsync(cancellation))
        {
            await reader.NextResultAsync(cancellation);
            await reader.ReadAsync(cancellation);
            said = JsonNode.Parse(reader.GetString(0))!.AsArray();
        }

        await transaction.RollbackAsync(cancellation);
        return [.. said.Select(one => (rows[one!["n"]!.GetValue<int>()], one.AsObject()))];
    }

    // Why a row was refused; null where it wasn't, or no time could be tried.
    static string? Refusal(TrialRow row, JsonObject said)
    {
        if (said["refused"] is not JsonObject refused)
        {
            return null;
        }

        var table = $"public.{row.Table}";
        if (Is(refused, "locked"))
        {
            throw new SchemaException($"{table} is in use by a long transaction; end it (see pg_stat_activity) and try again.");
        }

        if (Is(refused, "outside"))
        {
            return null;
        }

        var what = $"{table} refuses a row of ours ({row}{(Is(said, "as_role") ? $", as {row.Role}" : "")})";
        if (Is(refused, "lost"))
        {
            return $"{what}: it says that it stored it, and it isn't there; a trigger of the host drops it, or row security hides it";
        }

        var message = refused["message"]!.GetValue<string>().ReplaceLineEndings(" ");
        return refused["constraint"]?.GetValue<string>() is not { } name
            ? $"{what}: {message}"
            : $"{what}: {message} "
                + $"({(refused["definition"]?.GetValue<string>() is { } definition ? $"{name}: {definition.ReplaceLineEndings(" ")}" : name)})";
    }

    static bool Is(JsonObject said, string name) => said[name] is { } value && value.GetValueKind() == JsonValueKind.True;
}
