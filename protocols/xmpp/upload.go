package xmpp

import "github.com/gin-gonic/gin"

func (f *Frontend) mountUploads(gin.IRouter) {}
