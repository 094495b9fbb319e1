using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Postgres.Tests;

/// <summary>What a database, a role or a connection's options set must not reach our statements.</summary>
public sealed class SessionSettingsTests(TestServer server)
{
    static readonly (string Name, string Odd, string Wanted)[] Settings =
    [
        ("default_transaction_isolation", "serializable", "read committed"),
        ("default_transaction_read_only", "on", "off"),
        ("default_transaction_deferrable", "on", "off"),
        ("statement_timeout", "5s", "1min"),
        ("lock_timeout", "1ms", "0"),
        ("idle_in_transaction_session_timeout", "5s", "1min"),
        ("idle_session_timeout", "5s", "0"),
        ("standard_conforming_strings", "off", "on"),
        ("DateStyle", "German, DMY", "ISO, MDY"),
        ("IntervalStyle", "sql_standard", "postgres"),
        ("bytea_output", "escape", "hex"),
        ("extra_float_digits", "-10", "1"),
    ];

    [Theory]
    [InlineData("ALTER DATABASE {0} SET {1} = {2}")]
    [InlineData("ALTER ROLE CURRENT_USER IN DATABASE {0} SET {1} = {2}")]
    [InlineData(null)]
    public async Task Every_connection_has_what_our_statements_rely_on_whoever_set_it_otherwise(string? where)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var database = await server.CreateDatabaseAsync(cancellation);
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        if (where is null)
        {
            connection.Options = string.Join(
                ' ',
                Settings.Select(setting => $"-c {setting.Name}={setting.Odd.Replace(" ", @"\ ", StringComparison.Ordinal)}")
            );
        }
        else
        {
            foreach (var (name, odd, _) in Settings)
            {
                await using var admin = database.Admin.CreateCommand(
                    string.Format(
                        System.Globalization.CultureInfo.InvariantCulture,
                        where.Replace("CURRENT_USER", connection.Username, StringComparison.Ordinal),
                        database.Name,
                        name,
                        name == "DateStyle" ? odd : $"'{odd}'"
                    )
                );
                await admin.ExecuteNonQueryAsync(cancellation);
            }
        }

        // A connection that nobody settled shows that the settings are there to be met.
        Assert.Equal(
            "serializable",
            await ShowAsync(NpgsqlDataSource.Create(connection.ConnectionString), "default_transaction_isolation")
        );
        foreach (var (name, _, wanted) in Settings)
        {
            Assert.Equal(wanted, await ShowAsync(Database.Open(new DatabaseSettings { Connection = connection.ConnectionString }), name));
            Assert.Equal(wanted, await ShowAsync(Database.OpenAs(connection.ConnectionString), name));
        }

        // What the database allows and a longer limit are its own to say.
        Assert.Equal(
            "on",
            await ShowAsync(
                Database.Open(new DatabaseSettings { Connection = database.ConnectionString, ReadOnly = true }),
                "default_transaction_read_only"
            )
        );
        Assert.Equal(
            "2min",
            await ShowAsync(
                Database.Open(
                    new DatabaseSettings
                    {
                        Connection = new NpgsqlConnectionStringBuilder(database.ConnectionString)
                        {
                            Options = "-c statement_timeout=2min",
                        }.ConnectionString,
                    }
                ),
                "statement_timeout"
            )
        );
    }

    [Fact]
    public async Task A_connection_keeps_it_when_it_goes_back_to_the_pool()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var database = await server.CreateDatabaseAsync(cancellation);
        await using var admin = database.Admin.CreateCommand(
            $"ALTER DATABASE {database.Name} SET default_transaction_isolation = 'repeatable read'"
        );
        await admin.ExecuteNonQueryAsync(cancellation);
        await using var source = Database.OpenAs(database.ConnectionString);
        for (var use = 0; use < 3; use++)
        {
            await using var command = source.CreateCommand("SHOW transaction_isolation");
            Assert.Equal("read committed", await command.ExecuteScalarAsync(cancellation));
        }
    }

    [Fact]
    public async Task A_pooler_that_brings_another_isolation_is_named_with_the_statement_that_mends_it()
    {
        PgBouncer.Require();
        var cancellation = TestContext.Current.CancellationToken;
        await using var database = await server.CreateDatabaseAsync(cancellation);
        await using var admin = database.Admin.CreateCommand(
            $"ALTER DATABASE {database.Name} SET default_transaction_isolation = 'repeatable read'"
        );
        await admin.ExecuteNonQueryAsync(cancellation);
        string mend;
        await using (var pooler = await PgBouncer.StartAsync(database.ConnectionString, 2, cancellation))
        {
            var fault = await Assert.ThrowsAsync<PoolerException>(() =>
                PoolerFitness.RequireAsync(Through(pooler, prepare: false), cancellation)
            );
            Assert.Contains("default_transaction_isolation is 'repeatable read'", fault.Message, StringComparison.Ordinal);
            mend = fault.Message[
                fault.Message.IndexOf("ALTER ROLE", StringComparison.Ordinal)..fault.Message.IndexOf("; then", StringComparison.Ordinal)
            ];
        }

        // As the very login: it needs nobody's help.
        await database.RunAsync(mend, cancellation);
        await using var after = await PgBouncer.StartAsync(database.ConnectionString, 2, cancellation);
        await PoolerFitness.RequireAsync(Through(after, prepare: false), cancellation);
    }

    [Fact]
    public async Task A_pooler_that_does_not_carry_prepared_statements_is_named_with_the_setting_and_nothing_is_left_on_it()
    {
        PgBouncer.Require();
        var cancellation = TestContext.Current.CancellationToken;
        await using var database = await server.CreateDatabaseAsync(cancellation);
        await using var pooler = await PgBouncer.StartAsync(database.ConnectionString, 2, cancellation);

        var fault = await Assert.ThrowsAsync<PoolerException>(() =>
            PoolerFitness.RequireAsync(Through(pooler, prepare: true), cancellation)
        );

        Assert.Contains("DXY_PREPARE=false", fault.Message, StringComparison.Ordinal);
        Assert.Contains("max_prepared_statements", fault.Message, StringComparison.Ordinal);
        await PoolerFitness.RequireAsync(Through(pooler, prepare: false), cancellation);
        await PoolerFitness.RequireAsync(new DatabaseSettings { Connection = database.ConnectionString }, cancellation);
        await using var source = NpgsqlDataSource.Create(pooler.ConnectionString);
        await using var left = source.CreateCommand("SELECT count(*) FROM pg_prepared_statements");
        Assert.Equal(0L, await left.ExecuteScalarAsync(cancellation));
    }

    static DatabaseSettings Through(PgBouncer pooler, bool prepare) => new() { Connection = pooler.ConnectionString, Prepare = prepare };

    static async Task<string?> ShowAsync(NpgsqlDataSource source, string name)
    {
        await using (source)
        {
            await using var command = source.CreateCommand($"SHOW {name}");
            return (string?)await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        }
    }
}
