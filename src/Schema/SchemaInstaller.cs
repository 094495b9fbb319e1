using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using DbUp.Postgresql;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Schema;

/// <summary>
/// Brings a database up to date: our schemas, the host's tables where there are none, the capture triggers. Can be run again at any time,
/// by several at once (a transaction lock lets one work and the others find nothing left to do). On tables that were there before it adds
/// triggers and nothing else, each in a short transaction of its own under a lock budget; and before it adds anything it judges whether we
/// can work with them.
/// </summary>
public sealed class SchemaInstaller(string connectionString, TimeProvider time)
{
    /// <summary>The version that this build brings.</summary>
    public SchemaVersion Version { get; init; } = SchemaVersion.Own;

    public static readonly TimeSpan DefaultLockBudget = TimeSpan.FromSeconds(2);

    /// <summary>How long a trigger's creation may wait for the table's lock before it lets the queue pass and tries again, 10 ms to 10
    /// s.</summary>
    public TimeSpan LockBudget { get; init; } = DefaultLockBudget;

    /// <summary>How <c>data_bars</c> is divided when it is made here; null leaves it in one piece.</summary>
    public Partitions? Partitions { get; init; }

    /// <summary>The zone of the host's times that have none, <see cref="BindingRules.Utc"/>; null: nobody said, and such times are
    /// refused.</summary>
    public string? HostZone { get; init; }

    const int LockAttempts = 15;

    static readonly SchemaScript Renewal = new(
        "functions and rights are to be renewed",
        "DELETE FROM dxy.journal WHERE scriptname LIKE '%@%';"
    );

    /// <summary>What <see cref="ApplyAsync"/> would run now, as SQL; empty when the database is up to date, or newer than this build and
    /// fit for it.</summary>
    /// <exception cref="SchemaException"> The schema is newer than this build, which can't work with it; or a table that is there in one
    /// piece was to be made in partitions; or the host's tables are such that we can't work there.
    /// </exception>
    public async Task<IReadOnlyList<SchemaScript>> PlanAsync(CancellationToken cancellation)
    {
        await using var database = Database.OpenAs(connectionString);
        return (await PlanAsync(database, cancellation)).Scripts;
    }

    async Task<(IReadOnlyList<SchemaScript> Scripts, HostBinding Binding)> PlanAsync(
        NpgsqlDataSource database,
        CancellationToken cancellation
    )
    {
        if (Partitions is not null && await Partitions.ComeTooLateAsync(database, cancellation))
        {
            throw new SchemaException(
                "public.data_bars is there already, in one piece; partitions are made with the table and not later. Apply without them."
            );
        }

        var stands = await SchemaVersion.ReadAsync(database, cancellation);
        if (stands is not null && stands.Number > Version.Number)
        {
            return Version.FaultWith(stands) is { } fault ? throw new SchemaException(fault) : ([], HostBinding.Ours);
        }

        var stored = await BindingStore.ReadAsync(database, cancellation);
        var done = await JournalAsync(database, cancellation);
        var binding = await JudgeAsync(database, LacksAsync, cancellation);
        var tables = await MissingTablesAsync(database, cancellation);
        var triggers = await CaptureMissing.ReadAsync(database, cancellation);
        var plan = (await MissingRolesAsync(database, cancellation))
            .Concat(await MissingSchemasAsync(database, cancellation))
            .Concat(stands == Version ? [] : [Version.Note])
            .Concat(SchemaScript.BeforeTables(binding).Where(script => !done.Contains(script.Name)))
            .Concat(tables)
            .Concat(IsStored(stored, binding) ? [] : [new SchemaScript("binding of the host's columns", BindingStore.Save(binding))])
            .Concat(SchemaScript.AfterTables(binding).Where(script => !done.Contains(script.Name)))
            .Concat(await Partitions.MissingMonthsAsync(database, cancellation))
            .Concat(triggers.Select(trigger => new SchemaScript($"trigger {trigger.Table}", trigger.Mend)));

        // What ran once and is not as it was: all that can be made again is.
        List<SchemaScript> all = [.. SchemaScript.BeforeTables(binding), .. SchemaScript.AfterTables(binding)];
        if (all.TrueForAll(script => done.Contains(script.Name)) && await LacksAsync())
        {
            plan = plan.Append(Renewal).Concat(all.Where(script => script.IsRenewable));
        }

        // Tables not made yet will need every trigger; the catalog can't list them before.
        var made = tables.SelectMany(table => CaptureMissing.ForNewTable(Path.GetFileNameWithoutExtension(table.Name)));
        return (
            [.. plan.Select(Remembered), .. made.Select(trigger => new SchemaScript($"trigger {trigger.Table}", trigger.Mend))],
            binding
        );

        // Asked only where the answer matters: it takes a look at all that is ours.
        async Task<bool> LacksAsync() =>
            stands is not null && await SchemaCheck.LacksAsync(database, stored ?? HostBinding.Ours, cancellation);
    }

    // Whoever runs the plan by hand gets the journal that applying writes.
    static SchemaScript Remembered(SchemaScript script) =>
        script.IsJournaled
            ? script with
            {
                Text =
                    $"{script.Text.TrimEnd().TrimEnd(';')};\nINSERT INTO dxy.journal (scriptname, applied) VALUES ('{script.Name}', "
                    + $"now() AT TIME ZONE 'UTC');\n",
            }
            : script;

    // What the host's tables are to us; nothing has been touched when they are refused. A trial that fails while rights or triggers of ours
    // are not as they should be may blame the host for that: what mends them comes first, and the trial is made again after it.
    async Task<HostBinding> JudgeAsync(NpgsqlDataSource database, Func<Task<bool>> lacks, CancellationToken cancellation)
    {
        var judgement = await HostJudge.JudgeAsync(database, HostZone, cancellation);
        if (judgement.Refusal is not null && await lacks())
        {
            judgement = await HostJudge.JudgeAsync(database, HostZone, cancellation, tries: false);
        }

        return judgement.Refusal is { } refusal ? throw new SchemaException(refusal) : judgement.Binding;
    }

    static bool IsStored(HostBinding? stored, HostBinding binding) => (stored ?? HostBinding.Ours).IsSame(binding);

    /// <summary>Installs or brings up to date; returns what was run.</summary>
    /// <exception cref="SchemaException">A script failed or a table's lock could not be had; what was done before it stays
    /// done.</exception>
    public async Task<IReadOnlyList<string>> ApplyAsync(CancellationToken cancellation)
    {
        await using var database = Database.OpenAs(connectionString);
        await using var guard = await database.OpenConnectionAsync(cancellation);
        await using var guarded = await guard.BeginTransactionAsync(cancellation);
        await using (var alone = new NpgsqlCommand("SELECT pg_advisory_xact_lock(21883, 0)", guard))
        {
            await alone.ExecuteNonQueryAsync(cancellation);
        }

        var (plan, binding) = await PlanAsync(database, cancellation);
        HostBindings.Forget(connectionString);
        if (plan.Count == 0)
        {
            return [];
        }

        await ExecuteAsync(database, Sql.Text("roles/roles.sql"), cancellation);
        foreach (var schema in await MissingSchemasAsync(database, cancellation))
        {
            await ExecuteAsync(database, schema.Text, cancellation);
        }

        await InTransactionAsync(database, Version.Note.Text, null, cancellation);
        if (await JournalExistsAsync(database, cancellation))
        {
            await RenameMovedAsync(database, cancellation);
            await ExecuteAsync(database, Sql.Text("version/forget_superseded.sql"), cancellation);
        }

        if (plan.Any(script => script.Name == Renewal.Name))
        {
            await ExecuteAsync(database, Renewal.Text, cancellation);
        }

        Run(SchemaScript.BeforeTables(binding));
        foreach (var table in await MissingTablesAsync(database, cancellation))
        {
            await InTransactionAsync(database, table.Text, null, cancellation);
        }

        if (!IsStored(await BindingStore.ReadAsync(database, cancellation), binding))
        {
            await InTransactionAsync(database, BindingStore.Save(binding), null, cancellation);
        }

        Run(SchemaScript.AfterTables(binding));
        foreach (var months in await Partitions.MissingMonthsAsync(database, cancellation))
        {
            await InTransactionAsync(database, months.Text, null, cancellation);
        }

        foreach (var trigger in await CaptureMissing.ReadAsync(database, cancellation))
        {
            await UnderLockBudgetAsync(database, trigger, cancellation);
        }

        // Once more with our rights and our triggers in place.
        HostBindings.Forget(connectionString);
        var after = await HostJudge.JudgeAsync(database, HostZone, cancellation);
        return after.Refusal is { } refusal
            ? throw new SchemaException($"applied, and now {refusal}")
            : [.. plan.Select(script => script.Name)];
    }

    /// <summary>Brings the binding, and the functions that go by it, up to date with the host's tables as they stand now: a run's second
    /// phase adds columns.</summary>
    /// <exception cref="PostgresException">This login may not; the binding is as it was.</exception>
    public static async Task RebindAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var stored = await BindingStore.ReadAsync(database, cancellation);
        var now = HostBinding.Of(await HostCatalog.ReadAsync(database, cancellation)).WithAlterationsOf(stored ?? HostBinding.Ours);
        if (IsStored(stored, now))
        {
            return;
        }

        var done = await JournalAsync(database, cancellation);
        var scripts = SchemaScript
            .BeforeTables(now)
            .Concat(SchemaScript.AfterTables(now))
            .Where(script => script.IsRenewable && !done.Contains(script.Name));
        await InTransactionAsync(
            database,
            string.Join('\n', scripts.Select(script => Remembered(script).Text).Prepend(BindingStore.Save(now))),
            null,
            cancellation
        );
        await HostBindings.OfAsync(database, cancellation);
    }

    void Run(IReadOnlyList<SchemaScript> scripts)
    {
        // A pool of its own would keep a connection after it, beyond what a silo may have.
        using var unpooled = Database.OpenAs(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        var result = DeployChanges
            .To.PostgresqlDatabase(new PostgresqlConnectionManager(unpooled))
            .WithScripts(
                scripts.Select((script, order) => new SqlScript(script.Name, script.Text, new SqlScriptOptions { RunGroupOrder = order }))
            )
            .WithVariablesDisabled()
            .WithTransactionPerScript()
            .JournalToPostgresqlTable("dxy", "journal")
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
        {
            throw new SchemaException(
                $"{result.ErrorScript?.Name ?? "the schema"} could not be applied: {result.Error.Message}",
                result.Error
            );
        }
    }

    async Task UnderLockBudgetAsync(NpgsqlDataSource database, CaptureMissing.Trigger trigger, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await InTransactionAsync(database, trigger.Mend, LockBudget, cancellation);
                return;
            }
            catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable && attempt < LockAttempts)
            {
                await Task.Delay(LockBudget, time, cancellation);
            }
            catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                throw new SchemaException(
                    $"{trigger.Table} was in use by a long transaction at each of {LockAttempts} tries; end it (see pg_stat_activity) "
                        + $"and apply again.",
                    busy
                );
            }
        }
    }

    static async Task<bool> JournalExistsAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var exists = database.CreateCommand("SELECT to_regclass('dxy.journal') IS NOT NULL");
        return (bool)(await exists.ExecuteScalarAsync(cancellation))!;
    }

    static async Task<HashSet<string>> JournalAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        if (!await JournalExistsAsync(database, cancellation))
        {
            return done;
        }

        // Of each file what ran last, under the name that the file has today.
        var last = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var command = database.CreateCommand(Sql.Text("version/journal.sql"));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var name = SchemaManifest.Today(reader.GetString(0));
            last[name.Split('@')[0]] = name;
        }

        done.UnionWith(last.Values);
        return done;
    }

    // What ran under a name of before stands under today's from now on, or it would run once more.
    static async Task RenameMovedAsync(NpgsqlDataSource database, CancellationToken cancellation) =>
        await database
            .CreateCommand(Sql.Text("version/rename_moved.sql"))
            .WithValues(SchemaManifest.Moved.Keys.ToArray(), SchemaManifest.Moved.Values.ToArray())
            .RunAsync(cancellation);

    async Task<IReadOnlyList<SchemaScript>> MissingTablesAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var missing = new List<SchemaScript>();
        foreach (var path in Sql.Files("host"))
        {
            await using var command = database.CreateCommand("SELECT to_regclass($1) IS NULL");
            command.Parameters.With($"public.{Path.GetFileNameWithoutExtension(path)}");
            if ((bool)(await command.ExecuteScalarAsync(cancellation))!)
            {
                var name = Path.GetFileNameWithoutExtension(path);
                var text = name == "data_bars" && Partitions is { } divided ? divided.Divided(Sql.Text(path)) : Sql.Text(path);
                missing.Add(
                    new SchemaScript(
                        path,
                        $"{text.TrimEnd()}\nINSERT INTO dxy.created_table (table_name) VALUES ('{name}') ON CONFLICT DO NOTHING;\n"
                    )
                );
            }
        }

        return missing;
    }

    static async Task<IReadOnlyList<SchemaScript>> MissingRolesAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Sql.Text("roles/missing.sql"));
        return await command.ExecuteScalarAsync(cancellation) is true
            ? [new SchemaScript("roles/roles.sql", Sql.Text("roles/roles.sql"))]
            : [];
    }

    static async Task<IReadOnlyList<SchemaScript>> MissingSchemasAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var missing = new List<SchemaScript>();
        foreach (var name in new[] { "dxy", "dxy_orleans" })
        {
            await using var command = database.CreateCommand("SELECT to_regnamespace($1) IS NULL");
            command.Parameters.With(name);
            if ((bool)(await command.ExecuteScalarAsync(cancellation))!)
            {
                missing.Add(new SchemaScript($"schema {name}", $"CREATE SCHEMA {name};"));
            }
        }

        if (!await JournalExistsAsync(database, cancellation))
        {
            missing.Add(new SchemaScript("journal of scripts", Sql.Text("version/make_journal.sql")));
        }

        return missing;
    }

    static async Task InTransactionAsync(NpgsqlDataSource database, string sql, TimeSpan? lockBudget, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var budget = lockBudget is { } wait ? $"SET LOCAL lock_timeout = '{(int)wait.TotalMilliseconds}ms'; " : "";
        await using var command = new NpgsqlCommand(budget + sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
