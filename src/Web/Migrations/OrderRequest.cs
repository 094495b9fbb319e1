using System.Text.Json;

namespace DxyOrleans.Web.Migrations;

/// <summary>An order to a migration.</summary>
/// <param name="Revision">The run's, as it was shown; an order on one that has moved on is refused.</param>
/// <param name="Reason">Why; it lands in the run's log.</param>
/// <param name="Gate">For <c>ack</c>: the gate whose warning is accepted.</param>
/// <param name="Kind">For <c>approve</c> and <c>revoke</c>: <c>cut-over</c>, <c>deploy</c> or <c>cleanup</c>.</param>
/// <param name="Settings">For <c>set</c>: what is set.</param>
/// <param name="Resolution">For <c>decide</c>: <c>keep_target</c> or <c>take_source</c>.</param>
/// <param name="Class">For <c>decide</c>: the class of conflicts; left out: whatever the bar's is.</param>
/// <param name="Bar">For <c>decide</c>: the bar; left out: each of the class.</param>
sealed record OrderRequest(
    string? Revision,
    string? Reason,
    string? Gate,
    string? Kind,
    JsonElement? Settings,
    string? Resolution,
    string? Class,
    string? Bar
);

sealed record OrderedDocument(string Schema, string Order, string Role, RunDocument Run);
