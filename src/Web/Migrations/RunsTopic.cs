using System.Text.Json;
using DxyOrleans.Web.Api;
using DxyOrleans.Web.Stream;

namespace DxyOrleans.Web.Migrations;

/// <summary>Migrations, as their states, phases and steps change.</summary>
sealed class RunsTopic(RunsEndpoint runs) : IStreamTopic
{
    public string Name => "runs";

    public TimeSpan Every => TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<StreamEvent>> ReadAsync(CancellationToken cancellation) =>
        [
            .. (await runs.ReadAsync(cancellation)).Select(run => new StreamEvent(
                "run",
                run.Run,
                JsonSerializer.Serialize(run, WebJson.Options),
                Name
            )),
        ];
}
