using System.Text.Json;
using DxyOrleans.Web.Stream;

namespace DxyOrleans.Web.Api;

/// <summary>The checks, as they change from one status to another.</summary>
sealed class HealthTopic(HealthReader reader) : IStreamTopic
{
    public string Name => "health";

    public TimeSpan Every => TimeSpan.FromSeconds(15);

    public async Task<IReadOnlyList<StreamEvent>> ReadAsync(CancellationToken cancellation) =>
        [
            .. (await reader.ReadAsync(cancellation)).Checks.Select(check => new StreamEvent(
                "health",
                $"{check.Name} {check.Subject}",
                JsonSerializer.Serialize(
                    new
                    {
                        check.Name,
                        check.Subject,
                        check.Status,
                    },
                    WebJson.Options
                ),
                Name
            )),
        ];
}
