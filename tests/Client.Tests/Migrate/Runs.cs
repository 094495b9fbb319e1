using System.Text.Json;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Migrate;

/// <summary>Runs made without a silo: by the console's own orders, and by rows as the steps write them.</summary>
public static class Runs
{
    public const string Name = "dxy-test";

    public static async Task<Dxy> StartAsync(TestServer server, params string[] options)
    {
        var dxy = await Dxy.OnAsync(server);
        var started = await dxy.RunAsync(["migrate", "start", Name, .. options]);
        Assert.True(started.Code == 0, started.ToString());
        return dxy;
    }

    /// <summary>Calls a verb of <c>migrate</c> and expects an exit code.</summary>
    public static async Task<Called> MigrateAsync(this Dxy dxy, int code, params string[] arguments)
    {
        var called = await dxy.RunAsync(["migrate", .. arguments]);
        Assert.True(called.Code == code, $"migrate {string.Join(' ', arguments)}: {called}");
        return called;
    }

    public static async Task<JsonElement> StatusAsync(this Dxy dxy) => (await dxy.MigrateAsync(0, "status", "--json")).Json;

    /// <summary>As a silo takes the run to a step.</summary>
    public static Task AtAsync(this Dxy dxy, int phase, string step, long done = 0, long? total = null) =>
        dxy.Database.RunAsync(
            $$"""
            UPDATE dxy.run SET phase = {{phase}}, step = '{{step}}', looked_at = clock_timestamp(), version = version + 1;
            INSERT INTO dxy.run_step (run, step, phase, state, done, total, started_at) VALUES ('{{Name}}', '{{step}}', {{phase}},
              'started', {{done}}, {{total?.ToString()
                ?? "NULL"}}, dxy.now());
            SELECT dxy.migrate_log('{{Name}}', 'step begun', '{"step": "{{step}}"}')
            """
        );

    public static Task GateAsync(
        this Dxy dxy,
        string gate,
        int phase,
        string verdict,
        string expected,
        string observed,
        string? unblock = null
    ) =>
        dxy.Database.RunAsync(
            $"""
            INSERT INTO dxy.run_gate (run, gate, phase, verdict, expected, observed, unblock, since, checked_at)
            VALUES ('{Name}', '{gate}', {phase}, '{verdict}', '{expected}', '{observed}', {(
                unblock is null ? "NULL" : $"'{unblock}'"
            )}, dxy.now(), dxy.now());
            UPDATE dxy.run SET waiting_since = dxy.now(), retry_at = clock_timestamp() + interval '30 s', looked_at = clock_timestamp(),
              version = version + 1
            """
        );

    public static Task VerifiedAsync(this Dxy dxy, string state = "equal", string scope = "full") =>
        dxy.Database.RunAsync(
            $"""
            INSERT INTO dxy.verification (run, symbol, scope, from_ts, to_ts, snapshot, state, compared, started_at, finished_at)
            VALUES ('{Name}', 'DXY', '{scope}', '-infinity', 'infinity', pg_current_snapshot(), '{state}', 1000, dxy.now(), dxy.now())
            """
        );

    public static Task EndAsync(this Dxy dxy, string state = "completed", int phase = 9) =>
        dxy.Database.RunAsync(
            $"""
            UPDATE dxy.run SET state = '{state}', phase = {phase}, finished_at = dxy.now(), retention_until = dxy.now() - interval '1 s',
              waiting_since = NULL, retry_at = NULL, version = version + 1;
            SELECT dxy.migrate_log('{Name}', '{state.Replace('_', ' ')}')
            """
        );
}
