using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Steps.Derive;

public sealed class FunctionStepTests(TestServer server)
{
    static readonly IMigrationStep Step = MigrationSteps.All.Single(step => step.Name == "derive/function");

    const string Rights = """
        SELECT format('%s.%s %s %s %s', n.nspname, p.proname, md5(pg_get_functiondef(p.oid)), pg_get_userbyid(p.proowner),
                      (SELECT string_agg(coalesce(nullif(x.grantee, 0)::regrole::text, 'public'), ',' ORDER BY x.grantee)
                        FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS x))
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE p.proname LIKE 'calc_dxy%'
        UNION ALL
        SELECT format('%s %s', c.oid::regclass, x.grantee::regrole) FROM pg_class AS c, LATERAL aclexplode(c.relacl) AS x
          WHERE c.relnamespace = 'dxy'::regnamespace
        UNION ALL
        SELECT format('%s %s', p.oid::regprocedure, x.grantee) FROM pg_proc AS p, LATERAL aclexplode(p.proacl) AS x
          WHERE p.pronamespace = 'dxy'::regnamespace
        ORDER BY 1
        """;

    static string Old(string name, string schema = "public") =>
        $"CREATE FUNCTION {schema}.{name}(p_from_utc timestamptz, p_to_utc timestamptz, p_derivation_version integer DEFAULT 1) RETURNS "
        + $"jsonb LANGUAGE sql SECURITY DEFINER AS $$ SELECT '{{\"old\": true}}'::jsonb $$;";

    [Fact]
    public async Task With_no_old_function_it_stands_in_public_for_nobody_and_undoing_drops_it()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        var before = await host.TestHost.TextsAsync(Rights);
        await host.StartAsync();
        Assert.Equal(RunState.Completed, (await host.DriveAsync([Step], accept: false)).State);
        Assert.Equal(
            1,
            await host.TestHost.ValueAsync<long>(
                "SELECT count(*) FROM pg_proc WHERE oid = 'public.calc_dxy_range_1m(timestamptz, timestamptz, integer)'::regprocedure "
                    + "AND NOT prosecdef"
            )
        );
        await using var nobody = await host.TestHost.LoginAsync("GRANT SELECT ON public.data_bars TO {0}");
        await using var call = nobody.CreateCommand("SELECT public.calc_dxy_range_1m(now(), now() + interval '1 minute')");
        Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => call.ExecuteScalarAsync(TestHost.Token))).SqlState);

        await host.RollBackAsync();
        Assert.Equal(RunState.RolledBack, (await host.DriveAsync([Step])).State);
        Assert.Equal(before, await host.TestHost.TextsAsync(Rights));
    }

    [Fact]
    public async Task The_callers_of_the_function_it_replaces_call_it_with_the_plans_named_parameters()
    {
        await using var host = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions
            {
                Before =
                    $"CREATE SCHEMA calc; {Old("calc_dxy_range_derived", "calc")} REVOKE ALL ON FUNCTION calc.calc_dxy_range_derived "
                    + $"FROM PUBLIC",
            }
        );
        await using var caller = await host.TestHost.LoginAsync(
            """
            GRANT USAGE ON SCHEMA calc TO {0}; GRANT EXECUTE ON FUNCTION calc.calc_dxy_range_derived TO {0};
            GRANT SELECT, INSERT, UPDATE, DELETE ON public.data_bars, public.derived_data_bars TO {0}; GRANT SELECT
              ON public.core_asset_registry_all TO {0}
            """
        );
        await using var other = await host.TestHost.LoginAsync(
            "GRANT USAGE ON SCHEMA calc TO {0}; GRANT SELECT, INSERT, UPDATE, DELETE ON public.data_bars, public.derived_data_bars TO {0}"
        );
        var before = await host.TestHost.TextsAsync(Rights);
        await host.StartAsync();
        Assert.Equal(RunState.Completed, (await host.DriveAsync([Step], accept: false)).State);
        await host.TestHost.RunAsync("SELECT dxy.flip_route('DXY', 'both'); " + LegacyTables.Fx(300, 2));

        var sql =
            $"SELECT (calc.calc_dxy_range_1m(p_to_utc => '{TestHost.Minute(302)}', p_from_utc => '{TestHost.Minute(300)}')->>'inserted')";
        await using (var call = caller.CreateCommand(sql))
        {
            Assert.Equal("2", await call.ExecuteScalarAsync(TestHost.Token));
        }

        Assert.Equal(2, await host.TestHost.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'"));
        await using (var call = other.CreateCommand(sql))
        {
            Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => call.ExecuteScalarAsync(TestHost.Token))).SqlState);
        }

        await host.RollBackAsync();
        Assert.Equal(RunState.RolledBack, (await host.DriveAsync([Step])).State);
        Assert.Equal(before, await host.TestHost.TextsAsync(Rights));
    }

    [Fact]
    public async Task A_caller_without_rights_on_the_tables_gets_none_and_the_gate_says_what_to_give()
    {
        await using var host = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions
            {
                Before = Old("calc_dxy_range_derived") + " REVOKE ALL ON FUNCTION public.calc_dxy_range_derived FROM PUBLIC",
            }
        );
        await using var caller = await host.TestHost.LoginAsync("GRANT EXECUTE ON FUNCTION public.calc_dxy_range_derived TO {0}");
        await host.StartAsync();
        await host.DriveAsync([Step], accept: false);
        var gate = (await host.GatesAsync())["derive/function"];
        Assert.Equal(GateVerdict.Warn, gate.Verdict);
        Assert.Contains("GRANT SELECT, INSERT, UPDATE, DELETE ON public.data_bars TO", gate.Evidence, StringComparison.Ordinal);
        Assert.Equal(RunState.Completed, (await host.DriveAsync([Step])).State);
        await using var call = caller.CreateCommand(
            $"SELECT public.calc_dxy_range_1m('{TestHost.Minute(0)}', '{TestHost.Minute(1)}')->>'sqlstate'"
        );
        Assert.Equal("42501", await call.ExecuteScalarAsync(TestHost.Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("REVOKE ALL ON FUNCTION public.calc_dxy_range_1m FROM PUBLIC")]
    public async Task One_that_stands_under_its_name_comes_back_with_its_rights(string rights)
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Before = Old("calc_dxy_range_1m") + rights });
        var before = await host.TestHost.TextsAsync(Rights);
        await host.StartAsync();
        Assert.Equal(RunState.Completed, (await host.DriveAsync([Step])).State);
        Assert.NotEqual(before, await host.TestHost.TextsAsync(Rights));
        await host.RollBackAsync();
        Assert.Equal(RunState.RolledBack, (await host.DriveAsync([Step])).State);
        Assert.Equal(before, await host.TestHost.TextsAsync(Rights));
    }

    [Theory]
    [InlineData("derive/function:written")]
    [InlineData("derive/function:committed")]
    public async Task Interrupted_it_is_installed_once_and_undone_wholly(string point)
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Before = Old("calc_dxy_range_1m") });
        var before = await host.TestHost.TextsAsync(Rights);
        await host.StartAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            host.DriveAsync([Step], interrupt: (at, _) => at == point ? throw new OperationCanceledException("died") : Task.CompletedTask)
        );
        Assert.Equal(RunState.Completed, (await host.DriveAsync([Step])).State);
        await host.RollBackAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            host.DriveAsync([Step], interrupt: (at, _) =>
                at == "derive/function:undone" ? throw new OperationCanceledException("died") : Task.CompletedTask
            )
        );
        Assert.Equal(RunState.RolledBack, (await host.DriveAsync([Step])).State);
        Assert.Equal(before, await host.TestHost.TextsAsync(Rights));
    }
}
