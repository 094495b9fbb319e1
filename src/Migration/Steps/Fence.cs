using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;

namespace DxyOrleans.Migration.Steps;

/// <summary>
/// Waits until every transaction has ended that was open when the fence was set: whatever such a one wrote under the old state is visible
/// from then on.
/// </summary>
static class Fence
{
    /// <summary>A transaction number that every transaction open now is below.</summary>
    public static async Task<string> SetAsync(RunTransaction transaction, CancellationToken cancellation) =>
        (await transaction.Connection.Text("SELECT pg_current_xact_id()::text").ValueAsync<string>(cancellation))!;

    /// <summary>Whether all have ended; the gate names those that have not.</summary>
    public static async Task<Gate> CheckAsync(RunContext context, string gate, string fence, CancellationToken cancellation)
    {
        var rows = await context
            .Database.Migration("derive/older_transactions", fence)
            .RowsAsync(reader => (Passed: reader.GetBoolean(0), Open: reader.IsDBNull(1) ? null : reader.GetString(1)), cancellation);
        var passed = rows[0].Passed;
        return new Gate(
            gate,
            passed ? GateVerdict.Pass : GateVerdict.Fail,
            $"no transaction older than {fence} is open",
            passed ? "none is" : rows[0].Open ?? "one is that this role can't see",
            "SELECT * FROM pg_stat_activity WHERE backend_xid IS NOT NULL ORDER BY xact_start",
            passed ? null : "whoever runs them: let them end, or SELECT pg_terminate_backend(pid)"
        );
    }
}
