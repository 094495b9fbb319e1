using Orleans.Dashboard;

namespace DxyOrleans.Silo.Hosting;

/// <summary>
/// The dashboard, mapped when it is first asked for: mapping it unpacks all its pages and packs them again, and keeps both, which takes
/// some 60 MiB and a good part of a start. A silo that nobody looks at is spared that.
/// </summary>
static class DashboardOnDemand
{
    const string Path = "/dashboard";

    public static void UseDashboardOnDemand(this WebApplication app)
    {
        // A pipeline of its own: the silo's has its endpoints already when the first request comes.
        var dashboard = new Lazy<RequestDelegate>(() =>
        {
            var pages = new ApplicationBuilder(app.Services);
            pages.UseRouting();
            pages.UseEndpoints(endpoints => endpoints.MapOrleansDashboard(Path));
            return pages.Build();
        });
        app.Use(
            (context, next) =>
                context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase) ? dashboard.Value(context) : next(context)
        );
    }
}
