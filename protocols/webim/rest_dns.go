package webim

import (
	"net"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"
)

// serveDNS answers a page that asks for hosts first: all of them are this one
// [webim 2.1].
func (f *frontend) serveDNS(c *gin.Context) {
	allowREST(c)
	if c.Request.Method == http.MethodOptions {
		c.Status(http.StatusNoContent)
		return
	}
	if key := c.Query("app_key"); key != "" && key != f.cfg.AppKey {
		c.JSON(http.StatusNotFound, gin.H{"error": "organization_application_not_found", "error_description": "Could not find application for " + key})
		return
	}
	u, err := url.Parse(f.base(c.Request))
	if err != nil {
		c.JSON(http.StatusBadRequest, gin.H{"error": "illegal_argument", "error_description": "the host cannot be read"})
		return
	}
	host, port, err := net.SplitHostPort(u.Host)
	if err != nil {
		host, port = u.Host, "80"
		if u.Scheme == "https" {
			port = "443"
		}
	}
	hosts := gin.H{"hosts": []gin.H{{"protocol": u.Scheme, "domain": host, "port": port}}}
	c.JSON(http.StatusOK, gin.H{
		"rest": hosts, "msync-ws": hosts, "msync-wx": hosts, "enableReportLogs": "false", "enableDataReport": "false",
		"uploadinparts_enable": "false", "reportInterval": "300000", "app_key": f.cfg.AppKey,
	})
}
